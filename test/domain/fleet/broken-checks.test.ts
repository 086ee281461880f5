import { describe, expect, it } from 'vitest'
import { type Edit, problemsAfter } from './broken.ts'

const checks = (text: string): Edit[] => [['timeout: 90m', `checks: ${text}`]]
const pipeline = 'arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/web'
const own =
  "infrastructure: small\n    components:\n      - { component: app, parameters: { Version: '1.10' } }\n    timeout: 90m"

const cases: [what: string, edits: Edit[], problems: string[]][] = [
  [
    'vulnerabilities of an image that is not scanned',
    checks('{ vulnerabilities: { critical: 0 } }'),
    [
      "fleet.yaml:36:15: images.web.checks.vulnerabilities: expected 'scanning: true' and tests: a scan looks at the test instance",
    ],
  ],
  [
    'vulnerabilities without a threshold',
    [['timeout: 90m', 'scanning: true\n    checks: { vulnerabilities: { fixable: true } }']],
    [
      "fleet.yaml:37:15: images.web.checks.vulnerabilities: expected how many are tolerated: at least one of 'critical', 'high', 'medium' and 'low'",
    ],
  ],
  [
    'introduced vulnerabilities below a parent that is not scanned',
    [['timeout: 90m', 'scanning: true\n    checks: { vulnerabilities: { high: 0, introduced: true } }']],
    [
      "fleet.yaml:37:55: images.web.checks.vulnerabilities.introduced: expected a parent that is an image with 'scanning: true': nobody knows what 'base' has",
    ],
  ],
  [
    'a smoke test of nothing',
    checks('{ smoke: {} }'),
    ["fleet.yaml:36:15: images.web.checks.smoke: expected 'script' or 'document', found neither"],
  ],
  [
    'a smoke test of two things',
    checks('{ smoke: { script: patch.yaml, document: mine } }'),
    ["fleet.yaml:36:15: images.web.checks.smoke: expected 'script' or 'document', found script and document"],
  ],
  [
    'a script with parameters',
    checks('{ smoke: { script: patch.yaml, parameters: { A: b } } }'),
    ['fleet.yaml:36:44: images.web.checks.smoke.parameters: expected no parameters: a script has none, a document has'],
  ],
  [
    'a script that is not there',
    checks('{ smoke: { script: nowhere.sh } }'),
    ["fleet.yaml:36:32: images.web.checks.smoke.script: expected a script, found no file 'nowhere.sh'"],
  ],
  [
    'a script with a byte order mark',
    checks('{ smoke: { script: marked.sh } }'),
    [
      'fleet.yaml:36:32: images.web.checks.smoke.script: in marked.sh, expected UTF-8 without a byte order mark, found one: save it as UTF-8',
    ],
  ],
  [
    'a script in another encoding',
    checks('{ smoke: { script: utf16.yaml } }'),
    [
      'fleet.yaml:36:32: images.web.checks.smoke.script: in utf16.yaml, expected UTF-8, found another encoding: save it as UTF-8',
    ],
  ],
  [
    'a script of one machine',
    checks('{ smoke: { script: /home/ada/smoke.sh } }'),
    [
      "fleet.yaml:36:32: images.web.checks.smoke.script: expected a path relative to the fleet file, such as files/agent.yaml or ../shared/agent.yaml, found '/home/ada/smoke.sh'",
    ],
  ],
  [
    'a smoke test on instances that cannot run it',
    checks('{ smoke: { document: mine, instanceTypes: [m7i.large, m7g.large] } }'),
    [
      'fleet.yaml:36:67: images.web.checks.smoke.instanceTypes[1]: expected an instance type for x86_64, as the AMI is, found m7g.large',
    ],
  ],
  [
    'a package that must be there and must not',
    checks('{ packages: { required: [curl], forbidden: [nc, curl] } }'),
    [
      "fleet.yaml:36:61: images.web.checks.packages.forbidden[1]: expected a package that is not required too, found 'curl'",
    ],
  ],
  [
    'a function that is no function',
    checks('{ custom: { mine: { function: arn:aws:sns:us-west-2:111122223333:topic } } }'),
    [
      "fleet.yaml:36:43: images.web.checks.custom.mine.function: expected the ARN of a Lambda function, found 'arn:aws:sns:us-west-2:111122223333:topic'",
    ],
  ],
  [
    'a pipeline beside what it decides',
    [['timeout: 90m', `pipeline: ${pipeline}`]],
    [
      "fleet.yaml:33:5: images.web.infrastructure: expected no infrastructure beside 'pipeline': the pipeline has its own",
      "fleet.yaml:34:5: images.web.components: expected no components beside 'pipeline': the pipeline has its own",
    ],
  ],
  [
    'neither a pipeline nor what makes one',
    [[own, 'timeout: 90m']],
    [
      "fleet.yaml:31:3: images.web: expected 'infrastructure' and 'components', or the 'pipeline' that bakes it, found none of them",
    ],
  ],
  [
    'component updates of a recipe of the fleet',
    [['timeout: 90m', 'componentUpdates: latest']],
    [
      "fleet.yaml:36:5: images.web.componentUpdates: expected it beside 'pipeline' only: the fleet's own recipes say which versions they take",
    ],
  ],
  [
    'a pipeline of another account',
    [[own, `pipeline: ${pipeline.replace('111122223333', '222233334444')}`]],
    [
      'fleet.yaml:33:15: images.web.pipeline: expected a pipeline of the build account 111122223333 in us-west-2, found one of 222233334444 in us-west-2',
    ],
  ],
  [
    'one pipeline for two images',
    [
      [own, `pipeline: ${pipeline}`],
      [
        'infrastructure: small\n    components: [patch, agent]\n    volumes: [{ device: /dev/xvda, size: 20 }]',
        `pipeline: ${pipeline}`,
      ],
    ],
    [
      `fleet.yaml:31:15: images.web.pipeline: expected a pipeline for each image, found 'arn:aws:imagebuilder:us-west-2:111122223333:image-pipelin...' again`,
    ],
  ],
  [
    'a smoke test that does not know its instances',
    [[own, `pipeline: ${pipeline}\n    checks: { smoke: { document: mine } }`]],
    [
      "fleet.yaml:34:15: images.web.checks.smoke: expected 'instanceTypes': the fleet does not say what bakes this image",
    ],
  ],
  [
    'parameters that Systems Manager does not take',
    [...checks(`{ smoke: { document: mine, parameters: { A: ${'a'.repeat(510)} } } }`)],
    [
      'fleet.yaml:36:40: images.web.checks.smoke.parameters: expected 512 characters at most, written as JSON, found 518: Systems Manager takes no more',
    ],
  ],
  [
    'a smoke test in a fleet whose name AWS keeps to itself',
    [['name: acme', 'name: amazon-gold'], ...checks('{ smoke: { document: mine } }')],
    [
      "fleet.yaml:1:7: name: expected a name that does not begin with 'amazon' or 'amzn', as Systems Manager keeps those to AWS, found 'amazon-gold'",
    ],
  ],
  [
    'a waiver of what is no CVE, without a day, for an image that is not there',
    [
      [
        'cves: {',
        "waivers:\n  CVE-2026-12345: { owner: me, reason: so, expires: '2026-02-30', images: [wob] }\ncves: {",
      ],
    ],
    [
      "fleet.yaml:57:53: waivers.CVE-2026-12345.expires: expected a day of the calendar such as 2026-12-31, found '2026-02-30'",
      "fleet.yaml:57:76: waivers.CVE-2026-12345.images[0]: expected an image of this fleet, found 'wob', did you mean 'web'?",
    ],
  ],
]

describe('checks and pipelines that cannot be', () => {
  it.each(cases)('%s', (_, edits, problems) => expect(problemsAfter(edits)).toEqual(problems))
})
