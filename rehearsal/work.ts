/** What an execution with this input works for: `<campaign>/<image>`, or '' where it is no rebake. */
export function workIn(input = '{}'): string {
  const { campaign, image } = JSON.parse(input) as { campaign?: string; image?: string }
  return campaign && image ? `${campaign}/${image}` : ''
}
