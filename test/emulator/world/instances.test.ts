import { afterEach, expect, it } from 'vitest'
import { closeWorlds, worldOf } from './small-world.ts'

afterEach(closeWorlds)

const runbook = (content: object) => ({
  Runbook: {
    Type: 'AWS::SSM::Document',
    Properties: { Name: 'gold-smoke', DocumentType: 'Automation', Content: content },
  },
})

it('deploys no runbook that Systems Manager would refuse', async () => {
  const odd = { schemaVersion: '0.3', mainSteps: [{ name: 'Odd', action: 'aws:odd', inputs: {} }] }
  await expect(worldOf(runbook(odd))).rejects.toThrow('does not emulate the automation action aws:odd')
})

it('gives a security group an id that others may name', async () => {
  const { world } = await worldOf({
    Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: 'no way in' } },
    ...runbook({
      schemaVersion: '0.3',
      assumeRole: { 'Fn::GetAtt': ['Group', 'GroupId'] },
      mainSteps: [],
    }),
  })
  expect(world.notEmulated.get('AWS::EC2::SecurityGroup')).toBe('the network of instances')
})
