/**
 * Takes the credentials of a profile in this process, and in those that it starts. The SDK prefers keys that the environment has to a
 * profile that it names; a person who names one on the command line means that.
 * https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/setting-credentials-node.html
 */
export function useProfile(profile: string | undefined): void {
  if (profile === undefined) return
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) delete process.env[name]
  process.env.AWS_PROFILE = profile
}
