import { expect, it } from 'vitest'
import type { Component } from '../../../domain/fleet/model.ts'
import { resourcesOf } from '../../support/template.ts'
import { slow, smallFleet, synth } from '../fixture.ts'

type Own = Exclude<Component, { arn: string }>

const componentsOf = async (inS3: Own, service: Partial<Own>) => {
  const fleet = smallFleet()
  fleet.components.harden = inS3
  Object.assign(fleet.components.service ?? {}, service)
  return resourcesOf((await synth(fleet, { validate: true })).buildStack.template, 'AWS::ImageBuilder::Component')
}
const uri = 's3://example-components/harden-3.yaml'

it(
  'a document in S3 is named by its address, and what replaces a component is another component to Image Builder',
  async () => {
    const { ComponentHarden: one, ComponentService: plain } = await componentsOf({ platform: 'Linux', uri }, {})
    const systems = { supportedOsVersions: ['Amazon Linux 2023'] }
    const { ComponentHarden: other, ComponentService: limited } = await componentsOf(
      { platform: 'Linux', uri, ...systems },
      systems,
    )
    expect(one).toMatchObject({ Uri: uri, Platform: 'Linux' })
    expect(one).not.toHaveProperty('Data')
    expect(other).toMatchObject({ Uri: uri, SupportedOsVersions: ['Amazon Linux 2023'] })
    // Image Builder makes no component whose content is that of the latest one of this name.
    expect(other?.Name).not.toEqual(one?.Name)
    expect(limited).toMatchObject({ SupportedOsVersions: ['Amazon Linux 2023'], Name: plain?.Name })
    expect(limited?.Data).not.toEqual(plain?.Data)
  },
  slow,
)
