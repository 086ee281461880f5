import { describe, expect, it } from 'vitest'
import { planLines } from '../../../cli/render/plan.ts'
import type { CampaignPlan, PlannedImage } from '../../../domain/planning/plan.ts'

const baked = (image: string, parent: string, order: number, start: number, bake: number): PlannedImage => ({
  image,
  parent,
  decision: 'bake',
  reason: order === 1 ? 'al2023 released ami-0123' : `its parent ${parent} is rebaked`,
  order,
  startsAfterSeconds: start,
  bakeSeconds: bake,
  finishedAfterSeconds: start + bake + 900,
})
const left = (image: string): PlannedImage => ({
  ...baked(image, 'ubuntu', 0, 0, 0),
  decision: 'leave',
  reason: 'it descends from ubuntu, not from al2023',
})
const plan = (images: PlannedImage[]): CampaignPlan => ({
  trigger: {
    kind: 'release',
    upstream: 'al2023',
    ami: 'ami-0123',
    amiName: 'soe',
    time: '2026-09-01T06:00:00Z',
  },
  images,
})

describe('plan', () => {
  it('shows the order as a tree, and what is left alone', () => {
    const images = [
      baked('base', 'al2023', 1, 0, 2400),
      baked('java', 'base', 2, 2400, 1800),
      baked('tomcat', 'java', 3, 4200, 1200),
      left('web'),
      left('queue'),
    ]
    expect(planLines(plan(images))).toEqual([
      'al2023 released ami-0123.',
      '3 images would be baked, done after about 1h 45m.',
      '',
      '#  IMAGE          STARTS  BAKES     DONE  WHY',
      '1  base              +0s    40m     +55m  al2023 released ami-0123',
      '2  └─ java          +40m    30m  +1h 25m  its parent base is rebaked',
      '3     └─ tomcat  +1h 10m    20m  +1h 45m  its parent java is rebaked',
      '',
      '2 images would be left alone:',
      '  web and queue: it descends from ubuntu, not from al2023',
    ])
  })

  it('says so when there is nothing to bake', () => {
    expect(planLines(plan([left('web')]))).toEqual([
      'al2023 released ami-0123.',
      'Nothing would be baked.',
      '',
      '1 image would be left alone:',
      '  web: it descends from ubuntu, not from al2023',
    ])
  })
})
