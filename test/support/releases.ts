import type { ImageRelease, Placement } from '../../domain/releases/image-release.ts'

/** A release; whatever a test does not care about is filled in. */
export const fakeRelease = ({
  image = 'web',
  version = '1.0.0/1',
  ...rest
}: Partial<ImageRelease> = {}): ImageRelease => ({
  image,
  version,
  ami: `ami-${image}-${version}`,
  parentAmi: 'ami-soe',
  definition: 'd1',
  imageArn: `arn:aws:imagebuilder:eu-west-1:111122223333:image/golden-${image}/${version}`,
  campaign: 'c1',
  number: 1,
  bakedAt: '2026-09-01T06:40:00Z',
  ...rest,
})

export const placed = (ami: string, account = '123456789012', region = 'eu-west-1'): Placement => ({
  account,
  region,
  ami,
})
