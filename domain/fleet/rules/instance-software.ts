import { lineageOf, platformOf } from '../graph.ts'
import type { Fleet } from '../model.ts'
import { type FleetProblem, show, wrongKey, wrongValue } from '../problems.ts'
import { rooted } from './images.ts'
import { type Rule, repeated } from './scope.ts'

/** Bytes: "Maximum length of 21847" in base 64. API Reference of Image Builder, AdditionalInstanceConfiguration */
const longestUserData = 16_383

const lacksAgent = ({ images }: Fleet, name: string) =>
  Object.hasOwn(images, name) && images[name]?.uninstallSsmAgent === true

/**
 * An instance without the Systems Manager Agent is never reached, neither to build on it nor to test it. "Image Builder does not
 * automatically install the Systems Manager agent on Windows instances."
 * https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_AdditionalInstanceConfiguration.html
 */
export const agents: Rule = ({ fleet }) =>
  rooted(fleet).flatMap((key) => {
    const { parent = '', checks } = fleet.images[key] ?? {}
    const findings: FleetProblem[] = []
    if (lacksAgent(fleet, parent) && platformOf(fleet, key) === 'Windows')
      findings.push(
        wrongValue(
          ['images', key, 'parent'],
          `expected an image with the Systems Manager Agent, which Image Builder does not install on Windows, found ${show(parent)} with uninstallSsmAgent`,
        ),
      )
    if (lacksAgent(fleet, key) && checks?.smoke)
      findings.push(
        wrongKey(
          ['images', key, 'uninstallSsmAgent'],
          'expected none beside checks.smoke, which runs on an instance of the image by the Systems Manager Agent',
        ),
      )
    return findings
  })

/**
 * "Source AMI watermarks plus recipe watermarks cannot exceed 5", and "duplicate names within the same recipe are not permitted".
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/ami-watermarks.html
 */
export const watermarks: Rule = ({ fleet }) =>
  rooted(fleet).flatMap((key) => {
    const { watermarks: own = [] } = fleet.images[key] ?? {}
    const path = ['images', key, 'watermarks']
    const twice = repeated(own).map(([name, i]) =>
      wrongValue([...path, i], `expected each watermark once, found ${show(name)} again`),
    )
    const { length: all } = lineageOf(fleet, key).flatMap((name) => fleet.images[name]?.watermarks ?? [])
    return own.length > 0 && all > mostWatermarks
      ? [...twice, wrongKey(path, `expected at most ${mostWatermarks} with those of the images above, found ${all}`)]
      : twice
  })

const mostWatermarks = 5

/** What Image Builder takes of user data and of a time for tests. */
export const instanceSoftware: Rule = ({ fleet }) =>
  Object.entries(fleet.images).flatMap(([key, image]) => {
    const { userData = '', tests, testTimeout } = image
    const findings: FleetProblem[] = []
    const bytes = new TextEncoder().encode(userData).length
    if (bytes > longestUserData)
      findings.push(
        wrongValue(
          ['images', key, 'userData'],
          `expected at most ${longestUserData} bytes, the limit of Image Builder, found ${bytes}: put what is long into a component`,
        ),
      )
    if (testTimeout !== undefined && !tests)
      findings.push(wrongKey(['images', key, 'testTimeout'], 'expected none beside tests: false'))
    return findings
  })

/**
 * User data is in the place of what Image Builder itself would run to install the agent on Linux: "make sure that you add commands to
 * install Systems Manager, if it is not pre-installed on your base image".
 */
export const agentWarnings = (fleet: Fleet): FleetProblem[] =>
  rooted(fleet).flatMap((key) => {
    const { userData, parent = '' } = fleet.images[key] ?? {}
    return userData !== undefined && lacksAgent(fleet, parent) && !/ssm-?agent/i.test(userData)
      ? [
          wrongValue(
            ['images', key, 'userData'],
            `${show(parent)} has no Systems Manager Agent, and user data keeps Image Builder from installing it: install amazon-ssm-agent in it`,
          ),
        ]
      : []
  })
