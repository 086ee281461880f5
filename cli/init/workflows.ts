import type { Answers } from './questions.ts'

const run = (command: string) => `npx --no-install rebake ${command}`

/** How each job of the workflow begins. */
const steps = (...checkout: string[]) => `      - uses: actions/checkout@v5
        with:
${[...checkout, 'persist-credentials: false'].map((line) => `          ${line}`).join('\n')}
      - uses: actions/setup-node@v5
        with:
          node-version-file: .nvmrc
          cache: npm
      - run: npm ci`

/**
 * Actions stand by the tag of their major version: the commits of today are not known here, and an invented one would run nothing or
 * something else.
 */
export const githubWorkflow = ({ name, region }: Answers) => `# Checks each pull request, and deploys what is merged.
#
# The deploy job takes the role REBAKE_DEPLOY_ROLE, a variable of the environment "rebake-${name}". Its trust policy names this repository and that
# environment: https://docs.github.com/actions/deployment/security-hardening-your-deployments/configuring-openid-connect-in-amazon-web-services
# Give the environment required reviewers. Actions stand by their tags, which can be moved: let Dependabot or Renovate pin them by commit.
name: Rebake

on:
  pull_request:
  push:
    branches: [main]

permissions:
  contents: read

jobs:
  check:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    timeout-minutes: 20
    steps:
${steps('fetch-depth: 0 # the plan compares with the branch that is merged into')}
      - run: ${run('check')}
      - run: ${run('rehearse')}
      - run: ${run('plan --base "origin/$BASE"')}
        env:
          BASE: \${{ github.base_ref }}

  deploy:
    if: github.event_name == 'push'
    runs-on: ubuntu-latest
    timeout-minutes: 60
    environment: rebake-${name}
    concurrency: # one deploy at a time, and none is broken off
      group: rebake-${name}
      cancel-in-progress: false
    permissions:
      contents: read
      id-token: write
    steps:
${steps()}
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: \${{ vars.REBAKE_DEPLOY_ROLE }}
          aws-region: ${region}
      - run: ${run('deploy --yes')}
      - run: ${run('doctor')}
`

export const gitlabPipeline = ({ name, region }: Answers) => `# Checks each merge request, and deploys what is merged.
#
# The deploy job takes the role REBAKE_DEPLOY_ROLE, a protected variable. Its trust policy names this project and branch:
# https://docs.gitlab.com/ci/cloud_services/aws/
image: node:24

stages: [check, deploy]

check:
  stage: check
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  variables:
    GIT_DEPTH: "0" # the plan compares with the branch that is merged into
  script:
    - npm ci
    - ${run('check')}
    - ${run('rehearse')}
    - ${run('plan --base "$CI_MERGE_REQUEST_DIFF_BASE_SHA"')}

deploy:
  stage: deploy
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  environment: rebake-${name}
  resource_group: rebake-${name} # one deploy at a time
  id_tokens:
    AWS_TOKEN:
      aud: sts.amazonaws.com
  variables:
    AWS_REGION: ${region}
    AWS_WEB_IDENTITY_TOKEN_FILE: /tmp/aws-token
    AWS_ROLE_SESSION_NAME: rebake-$CI_PIPELINE_ID
  script:
    - export AWS_ROLE_ARN="$REBAKE_DEPLOY_ROLE"
    - printf '%s' "$AWS_TOKEN" > "$AWS_WEB_IDENTITY_TOKEN_FILE"
    - npm ci
    - ${run('deploy --yes')}
    - ${run('doctor')}
`
