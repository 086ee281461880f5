import type { CampaignStatus, ImageStatus } from '../../../cli/status/campaign-status.ts'

/** An image of a campaign; whatever a test does not care about is filled in. */
export const fakeImageStatus = (more: Partial<ImageStatus> = {}): ImageStatus => ({
  image: 'base',
  parent: 'al2023',
  status: 'waiting',
  step: '',
  since: '2026-09-01T06:00:00Z',
  done: 0,
  because: 'al2023 released ami-1',
  reason: '',
  ...more,
})

/** A campaign. */
export const fakeCampaign = (more: Partial<CampaignStatus> = {}): CampaignStatus => ({
  campaign: 'c',
  title: 'al2023 ami-1',
  reason: 'al2023 released ami-1',
  status: 'running',
  startedAt: '2026-09-01T06:00:00Z',
  images: [],
  ...more,
})
