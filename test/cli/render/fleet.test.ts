import { expect, it } from 'vitest'
import { fleetLines } from '../../../cli/render/fleet.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import { smallFleet } from '../small-fleet.ts'

it('says what a fleet is', () => {
  expect(fleetLines(parseFleet(smallFleet, 'fleet.yaml'), 'fleet.yaml')).toEqual([
    '✔ fleet.yaml is valid: golden has 3 images, 2 upstreams, 1 component and 2 rings.',
    '  Baked in account 111122223333, eu-west-1; 20 bakes at once.',
    '',
    'IMAGE       COMPONENTS  BAKE  RINGS',
    'al2023                        from AMIs soe-al2023-* of 444455556666',
    '└─ base              1   40m  canary → everyone',
    '   └─ java           1   30m  canary → everyone',
    'ubuntu                        from AMIs soe-ubuntu-* of 777788889999',
    '└─ web               1   40m  canary',
    '',
    'RING      TARGETS                 SOAK  PARAMETER',
    'canary    1 account × 1 region      1d  /golden-images/{image}',
    'everyone  2 accounts × 2 regions        /golden-images/{image}',
  ])
})
