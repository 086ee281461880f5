import { protocols } from '../../messages/channels.ts'
import { resourceName } from '../../names.ts'
import type { Audience } from '../notify.ts'
import { type PostedChannel, postedChannels } from '../posted-channels.ts'
import { didYouMean, type FleetProblem, type Path, show, wrongKey, wrongValue } from '../problems.ts'
import { isAmong } from '../selection.ts'
import type { Rule, Scope } from './scope.ts'

/** https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
const mostAttributes = 5
const mostCombinations = 150

/** A subscription goes to one address, and asks for what there is. */
export const subscriptions: Rule = (scope) => {
  const { subscriptions } = scope.fleet.notify
  return [
    ...Object.entries(subscriptions).flatMap(([name, subscription]) => {
      const path = ['notify', 'subscriptions', name]
      const ways = protocols.filter((protocol) => subscription[protocol])
      const found = ways.join(' and ') || 'none'
      return [
        ...(ways.length === 1 ? [] : [wrongKey(path, `expected one of ${anyProtocol}, found ${found}`)]),
        ...audience(scope, path, subscription),
      ]
    }),
    ...postedChannels(scope.fleet).flatMap((posted) => [
      ...shortName(scope.fleet.name, posted),
      ...audience(scope, ['notify', posted.chat, posted.channel], posted.audience),
    ]),
  ]
}

const quoted = protocols.map((protocol) => `'${protocol}'`)
const anyProtocol = `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`

/** Its function is called after it. https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
function shortName(fleet: string, { chat, channel, bundle }: PostedChannel): FleetProblem[] {
  const most = 64 - resourceName(fleet, `${bundle}-`).length
  return channel.length <= most
    ? []
    : [
        wrongKey(
          ['notify', chat, channel],
          `expected a name of ${most} characters at most, as a function of Lambda is named after it`,
        ),
      ]
}

function audience({ fleet }: Scope, path: Path, { severity, detail, ...asked }: Audience): FleetProblem[] {
  const { images, kinds, rings, upstreams } = asked
  const findings: FleetProblem[] = []
  const names = { images: fleet.images, rings: fleet.rings, upstreams: fleet.upstreams }
  for (const key of ['images', 'rings', 'upstreams'] as const) {
    const there = Object.keys(names[key])
    for (const [i, name] of (asked[key] ?? []).entries())
      if (!there.some((other) => isAmong(other, [name])))
        findings.push(
          wrongValue(
            [...path, key, i],
            `expected one of the ${key} of this fleet, found ${show(name)}${didYouMean(name, there)}`,
          ),
        )
  }
  const chosen = [images, kinds, rings, upstreams].filter((each) => each !== undefined)
  const filters = chosen.length + (severity === 'info' ? 0 : 1) + ((detail ?? images !== undefined) ? 0 : 1)
  if (filters > mostAttributes)
    findings.push(
      wrongKey(
        path,
        `expected ${mostAttributes} filters at most, as SNS takes no more, found ${filters}: 'detail: true' needs one less`,
      ),
    )
  const combinations = chosen.reduce((product, values) => product * values.length, severity === 'warning' ? 2 : 1)
  if (combinations > mostCombinations)
    findings.push(
      wrongKey(
        path,
        `expected ${mostCombinations} combinations of filters at most, as SNS takes no more, found ${combinations}`,
      ),
    )
  return findings
}
