import type { AutomationDocument } from '../services/ssm/automation-document.ts'
import type { CommandDocument } from '../services/ssm/documents.ts'
import { type Load, type Properties, physical } from './loading.ts'

/** What instances run with, and what runs on them. */
export const instances: Record<string, Load> = {
  'AWS::SSM::Document': (
    { aws },
    place,
    logicalId,
    { Name, DocumentType, Content }: Record<'Name' | 'DocumentType', string> & { Content: unknown },
  ) => {
    const name = physical(place, logicalId, Name)
    aws.ssm.addDocument(
      place,
      DocumentType === 'Automation'
        ? { name, type: 'Automation', content: Content as AutomationDocument }
        : { name, type: 'Command', content: Content as CommandDocument },
    )
    return { ref: name }
  },

  'AWS::IAM::InstanceProfile': (
    { aws },
    place,
    logicalId,
    { InstanceProfileName, Roles }: { InstanceProfileName?: string; Roles: string[] },
  ) => {
    const { account } = place
    const [role = ''] = Roles
    const name = physical(place, logicalId, InstanceProfileName)
    const arn = `arn:aws:iam::${account}:instance-profile/${name}`
    aws.ec2.instances.addProfile({ account, name, arn, roleArn: `arn:aws:iam::${account}:role/${role}` })
    return { ref: name, attributes: { Arn: arn } }
  },

  // Its rules are the network's, which is not emulated.
  'AWS::EC2::SecurityGroup': ({ notEmulated }, _place, logicalId, _properties: Properties) => {
    notEmulated.set('AWS::EC2::SecurityGroup', 'the network of instances')
    const id = `sg-${Buffer.from(logicalId).toString('hex').padEnd(17, '0').slice(0, 17)}`
    return { ref: id, attributes: { GroupId: id } }
  },
}
