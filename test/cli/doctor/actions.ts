import type { ImagePipeline } from '@aws-sdk/client-imagebuilder'
import type { AwsEndpoint } from '../../../emulator/aws-endpoint.ts'

/** What goes wrong in an account, and how it is put right again: each returns what takes it back. */

interface Place {
  account: string
  region: string
}

export const must = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('the rehearsal does not have it')
  return value
}

export const roleArn = (name: string, account: string) => `arn:aws:iam::${account}:role/${name}`

/** Changes members of something that the emulator keeps; returns what puts them back. */
export function change<T extends object>(kept: T | undefined, members: Partial<T>): () => void {
  const before = { ...must(kept) }
  Object.assign(must(kept), members)
  return () => {
    for (const key of Object.keys(members) as (keyof T)[]) delete must(kept)[key]
    Object.assign(must(kept), before)
  }
}

/** A member more, for a time. */
export function setOf(set: Set<string>, value: string): () => void {
  set.add(value)
  return () => void set.delete(value)
}

/** @param aws the emulator, when it is there */
export function deedsIn(aws: () => AwsEndpoint, build: Place) {
  /** What an operator of the build account does at the command line. */
  const operate = <T>(service: string, operation: string, input: object) =>
    aws().call({ principal: aws().iam.operator(), service, operation, input }) as Promise<T>

  const arn = (service: string, rest: string) => `arn:aws:${service}:${build.region}:${build.account}:${rest}`

  function removeRole(name: string, account: string): () => void {
    const role = must(aws().iam.roleNamed(account, name))
    aws().iam.removeRole(role.arn)
    return () => aws().iam.addRole(role)
  }

  function setQuota(key: string, value: number): () => void {
    const before = must(aws().quotas.values.get(key))
    aws().quotas.values.set(key, value)
    return () => void aws().quotas.values.set(key, before)
  }

  function removeParameter(name: string, place: { account: string; region: string }): () => void {
    const value = must(aws().ssm.valueOf(name, place))
    aws().ssm.forget(place, name)
    return () => aws().ssm.seed(place, { name, value, unannounced: true })
  }

  /** Somebody made the parameter again, as another type. */
  function retypeParameter(name: string, dataType: 'aws:ec2:image'): () => void {
    const value = must(aws().ssm.valueOf(name, build))
    const make = (more: { dataType?: 'aws:ec2:image' }) => {
      aws().ssm.forget(build, name)
      aws().ssm.seed(build, { name, value, unannounced: true, ...more })
    }
    make({ dataType })
    return () => make({})
  }

  /** So many versions of a parameter, the oldest with a label; later the label is gone, and the versions stay. */
  async function labelOldVersion(name: string, { account, region }: Place, versions: number): Promise<() => void> {
    const value = must(aws().ssm.valueOf(name, { account, region }))
    aws().ssm.forget({ account, region }, name)
    for (let nth = 0; nth < versions; nth++)
      aws().ssm.seed({ account, region }, { name, value, dataType: 'aws:ec2:image', unannounced: true })
    const label = (ParameterVersion: number) =>
      aws().call({
        principal: aws().iam.operator(account),
        service: 'ssm',
        operation: 'LabelParameterVersion',
        input: { Name: name, Labels: ['prod'], ParameterVersion },
        account,
        region,
      })
    await label(1)
    return async () => void (await label(versions))
  }

  /** The AMI that a parameter holds is gone. */
  function deregister(name: string, place: { account: string; region: string }): () => void {
    const id = must(aws().ssm.valueOf(name, place))
    const { image } = must(aws().ec2.get(id, place.region))
    aws().ec2.deregister(id, place.region, { unannounced: true })
    return () => void aws().ec2.addImage({ ...image, account: image.OwnerId, region: place.region, unannounced: true })
  }

  const subscription = (topic: string, endpoint: string) =>
    aws()
      .sns.subscriptionsOf(arn('sns', topic))
      .find((each) => each.endpoint === endpoint)

  async function disablePipeline(name: string): Promise<() => Promise<unknown>> {
    const imagePipelineArn = arn('imagebuilder', `image-pipeline/${name}`)
    const { imagePipeline } = await operate<{ imagePipeline: ImagePipeline }>('imagebuilder', 'GetImagePipeline', {
      imagePipelineArn,
    })
    const { imageRecipeArn, infrastructureConfigurationArn, enhancedImageMetadataEnabled } = imagePipeline
    const { imageTestsConfiguration, imageScanningConfiguration, executionRole } = imagePipeline
    const update = (status: string) =>
      operate('imagebuilder', 'UpdateImagePipeline', {
        imagePipelineArn,
        imageRecipeArn,
        infrastructureConfigurationArn,
        enhancedImageMetadataEnabled,
        imageTestsConfiguration,
        imageScanningConfiguration,
        executionRole,
        status,
        clientToken: `to-be-${status}`,
      })
    await update('DISABLED')
    return () => update('ENABLED')
  }

  return {
    operate,
    arn,
    removeRole,
    setQuota,
    removeParameter,
    retypeParameter,
    labelOldVersion,
    deregister,
    subscription,
    disablePipeline,
  }
}
