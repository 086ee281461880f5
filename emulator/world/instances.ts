import type { AutomationDocument } from '../services/ssm/automation-document.ts'
import type { CommandDocument } from '../services/ssm/documents.ts'
import { type Kind, physical } from './loading.ts'

/** What instances run with, and what runs on them. */
export const instances: Record<string, Kind> = {
  'AWS::SSM::Document': {
    create: (
      { aws },
      site,
      logicalId,
      { Name, DocumentType, Content }: Record<'Name' | 'DocumentType', string> & { Content: unknown },
    ) => {
      const name = physical(site, logicalId, Name)
      aws.ssm.addDocument(
        site,
        DocumentType === 'Automation'
          ? { name, type: 'Automation', content: Content as AutomationDocument }
          : { name, type: 'Command', content: Content as CommandDocument },
      )
      return { ref: name }
    },
    remove: ({ aws }, site, { created }) => aws.ssm.removeDocument(site, created.ref),
  },

  'AWS::IAM::InstanceProfile': {
    create: (
      { aws },
      site,
      logicalId,
      { InstanceProfileName, Roles }: { InstanceProfileName?: string; Roles: string[] },
    ) => {
      const { account } = site
      const [role = ''] = Roles
      const name = physical(site, logicalId, InstanceProfileName)
      const arn = `arn:aws:iam::${account}:instance-profile/${name}`
      aws.ec2.instances.addProfile({ account, name, arn, roleArn: `arn:aws:iam::${account}:role/${role}` })
      return { ref: name, attributes: { Arn: arn } }
    },
    remove: ({ aws }, _site, { created }) => aws.ec2.instances.removeProfile(String(created.attributes?.Arn)),
  },

  // Its rules are the network's, which is not emulated.
  'AWS::EC2::SecurityGroup': {
    create: ({ aws, notEmulated }, site, logicalId, { VpcId: vpc }: { VpcId?: string }) => {
      notEmulated.set('AWS::EC2::SecurityGroup', 'the network of instances')
      const hex = Buffer.from(`${site.suffix}${logicalId}`).toString('hex')
      const id = `sg-${hex.padEnd(17, '0').slice(0, 17)}`
      aws.ec2.subnets.addGroup({ account: site.account, region: site.region, id, vpc })
      return { ref: id, attributes: { GroupId: id } }
    },
    change: (_world, _site, { created }) => created,
    remove: ({ aws }, site, { created }) => aws.ec2.subnets.removeGroup(created.ref, site),
  },
}
