import { describe, expect, it } from 'vitest'
import type { Platform } from '../../../domain/fleet/model.ts'
import { judged } from './documents.ts'

/**
 * What the Image Builder user guide shows, each form of it once, shortened: toe-use-documents, toe-action-modules,
 * toe-user-defined-variables, toe-conditional-constructs, toe-comparison-operators and toe-looping-constructs. Three of its
 * samples contradict its own tables, and are not here: loops with `commands` above the inputs of ExecuteBinary and S3Upload.
 */
const samples: Record<Platform, Record<string, string>> = {
  Linux: {
    'a document that downloads and runs a program': `
  - name: build
    steps:
      - name: Download
        action: S3Download
        inputs:
          - source: s3://bucket/application
            destination: /tmp/application
      - name: Enable
        action: ExecuteBash
        onFailure: Continue
        inputs: { commands: ['chmod u+x {{ build.Download.inputs[0].destination }}'] }
      - name: Install
        action: ExecuteBinary
        onFailure: Continue
        inputs: { path: '{{ build.Download.inputs[0].destination }}', arguments: ['--install'] }
      - name: Delete
        action: DeleteFile
        inputs:
          - path: '{{ build.Download.inputs[0].destination }}'`,
    'steps with the same names in each phase': `
  - { name: build, steps: [{ name: Hello, action: ExecuteBash, inputs: { commands: [echo build] } }] }
  - { name: validate, steps: [{ name: Hello, action: ExecuteBash, inputs: { commands: [echo validate] } }] }
  - { name: test, steps: [{ name: Hello, action: ExecuteBash, inputs: { commands: [echo test] } }] }`,
    'an update without inputs': `
  - { name: build, steps: [{ name: UpdateOS, action: UpdateOS }, { name: Not, action: UpdateOS, inputs: { exclude: [agent] } }] }`,
    'a document in a document': `
  - name: build
    steps:
      - { name: Local, action: ExecuteDocument, inputs: { document: Sample-1.yaml, phases: build, parameters: [{ name: parameter-1, value: value-1 }] } }
      - { name: S3, action: ExecuteDocument, inputs: { document: 's3://bucket/Sample-1.yaml', document-s3-bucket-owner: 123456789012, phases: 'build,validate' } }
      - { name: Arn, action: ExecuteDocument, inputs: { document: 'arn:aws:imagebuilder:us-west-2:aws:component/Sample-Test/1.0.0', phases: test } }
      - name: Each
        action: ExecuteDocument
        loop: { name: myForEachLoop, forEach: [Sample-1.yaml, Sample-2.yaml] }
        inputs: { document: '{{myForEachLoop.value}}', phases: test }
      - name: Count
        action: ExecuteDocument
        loop: { name: myForLoop, for: { start: 1, end: 2, updateBy: 1 } }
        inputs: { document: 'Sample-{{myForLoop.value}}.yaml', phases: test }`,
    files: `
  - name: build
    steps:
      - { name: Upload, action: S3Upload, inputs: [{ source: /folder/*, destination: 's3://bucket/path/', recurse: true, expectedBucketOwner: 123456789022 }] }
      - { name: Prefix, action: S3Download, maxAttempts: 3, inputs: [{ source: 's3://bucket/path/*', destination: /folder/, expectedBucketOwner: 123456789022, overwrite: false }] }
      - { name: Web, action: WebDownload, inputs: [{ source: 'https://www.example.com/resource', destination: /tmp/downloads/, ignoreCertificateErrors: true }] }
      - { name: Append, action: AppendFile, inputs: [{ path: ./Sample.txt, content: more, encoding: UTF-32 }, { path: /Sample.txt }] }
      - { name: Copy, action: CopyFile, inputs: [{ source: /Sample/Sample*, destination: /MyFolder/, overwrite: false }] }
      - { name: Create, action: CreateFile, inputs: [{ path: a/Sample.txt, content: text, encoding: UTF-16, owner: Ubuntu, group: UbuntuGroup, permissions: 0777 }, { path: a/File.txt, permissions: 755 }] }
      - { name: Folder, action: CreateFolder, inputs: [{ path: /Sample/, owner: Owner, group: Group, permissions: 0777 }, { path: /Sample/b/, overwrite: true }] }
      - { name: Link, action: CreateSymlink, inputs: [{ path: Link.txt, target: /Folder/Sample.txt }] }
      - { name: Remove, action: DeleteFolder, inputs: [{ path: /Sample/, force: true }] }
      - { name: List, action: ListFiles, inputs: [{ path: /Sample/, fileNamePattern: '*log', recursive: true }] }
      - { name: Read, action: ReadFile, inputs: [{ path: /home/User/File.txt, printFileContent: true }] }
      - { name: Encode, action: SetFileEncoding, inputs: [{ path: /home/User/File.txt, encoding: UTF-16 }] }
      - { name: Owner, action: SetFolderOwner, inputs: [{ path: /Sample/, owner: LinuxUser, recursive: false }] }
      - { name: Permit, action: SetFilePermissions, inputs: [{ path: /home/User/File.txt, permissions: 766 }] }
      - { name: Restart, action: Reboot, onFailure: Abort, maxAttempts: 2, inputs: { delaySeconds: 60 } }
      - { name: Use, action: ExecuteBash, inputs: { commands: ['echo {{ build.List.outputs.files }} {{ build.Read.outputs.content }} {{ build.Web.outputs.destination }}'] } }`,
    'conditions and assertions': `
  - name: validate
    steps:
      - { name: ApplicationVersion, action: ExecuteBash, inputs: { commands: [application --version] } }
      - { name: CPUArchitecture, action: ExecuteBash, inputs: { commands: [uname -m] } }
      - { name: StringComparison, action: Assert, inputs: { stringEquals: 2.1.1, value: '{{ validate.ApplicationVersion.outputs.stdout }}' } }
      - { name: Letters and spaces only, action: Assert, inputs: { patternMatches: '^[a-zA-Z\\s]+$', value: This text contains spaces } }
      - name: NestedComparisons
        action: Assert
        inputs:
          or:
            - and:
                - { numberGreaterThan: 2.0, value: '{{ validate.ApplicationVersion.outputs.stdout }}' }
                - { stringEquals: arm64, value: '{{ validate.CPUArchitecture.outputs.stdout }}' }
            - { stringEquals: x86_64, value: '{{ validate.CPUArchitecture.outputs.stdout }}' }
      - name: InstallUnzip
        action: ExecuteBash
        if: { and: [{ binaryExists: yum }, { not: { binaryExists: unzip } }] }
        inputs: { commands: [sudo yum install -y unzip] }
      - name: CreateMyConfigFile
        action: ExecuteBash
        if:
          fileExists: /etc/my_config
          then: Skip
          else: Execute
        inputs: { commands: [echo > /etc/my_config] }`,
    loops: `
  - name: build
    steps:
      - { name: Hosts, action: ExecuteBash, inputs: { commands: [cat /etc/hosts] } }
      - name: Scripts
        action: ExecuteBash
        loop: { name: BatchExecLoop, forEach: [/tmp/script1.sh, /tmp/script2.sh] }
        inputs: { commands: ['echo {{ BatchExecLoop.index }}', 'sh "{{ loop.value }}"'] }
      - name: Programs
        action: S3Download
        loop: { name: MultiArgLoop, forEach: [bin1, bin10] }
        inputs: [{ source: 's3://bucket/{{ loop.value }}', destination: '/tmp/{{ loop.value }}' }]
      - name: Ping
        action: ExecuteBash
        loop: { forEach: { list: '{{ build.Hosts.outputs.stdout }}', delimiter: "\\n" } }
        inputs: { commands: ['ping -c 4 {{ loop.value }}'] }`,
  },
  Windows: {
    'updates and a script': `
  - name: build
    steps:
      - { name: Download, action: S3Download, timeoutSeconds: 60, onFailure: Abort, maxAttempts: 3, inputs: [{ source: 's3://bucket/config.ps1', destination: 'C:\\config.ps1' }] }
      - { name: Run, action: ExecutePowerShell, timeoutSeconds: 120, inputs: { file: '{{build.Download.inputs[0].destination}}' } }
      - { name: Cleanup, action: DeleteFile, inputs: [{ path: '{{build.Download.inputs[0].destination}}' }] }
      - { name: Restart, action: Reboot, inputs: { delaySeconds: 60 } }
      - { name: Update, action: UpdateOS, inputs: { include: [KB1234567, '*Security*'] } }
  - name: test
    steps:
      - { name: Download, action: S3Download, inputs: [{ source: 's3://bucket/test.ps1', destination: 'C:\\test.ps1' }] }
      - { name: Run, action: ExecutePowerShell, inputs: { file: '{{test.Download.inputs[0].destination}}' } }`,
    installers: `
  - name: build
    steps:
      - { name: Local, action: InstallMSI, inputs: { path: 'C:\\sample.msi', logFile: 'C:\\logs\\a.log', logOptions: '*VX', reboot: Allow, properties: { COMPANYNAME: '"Amazon Web Services"' }, ignoreAuthenticodeSignatureErrors: true, allowUnsignedInstaller: true } }
      - { name: Web, action: UninstallMSI, inputs: { path: 'https://example.com/sample.msi', logFile: a.log, reboot: Skip } }
      - { name: Registry, action: SetRegistry, maxAttempts: 3, inputs: [{ path: 'HKLM:\\SOFTWARE\\MySoftWare', name: MyName, value: First, type: SZ }, { path: 'HKEY_CURRENT_USER\\Software\\Test', name: Version, value: 1.1, type: DWORD }] }
      - name: Latencies
        action: ExecutePowerShell
        loop: { for: { start: 100000, end: 1000000, updateBy: 100000 } }
        inputs: { commands: ['New-Item c:\\temp\\test{{ loop.index }}.txt; {{ loop.value }}'] }`,
  },
}

const variables = `
parameters:
  - Source: { type: string, default: 'https://awscli.amazonaws.com/AWSCLIV2.msi', description: Where it is }
  - parameter-name: { type: string, default: test }
constants: [{ Hosts: { type: string, value: '127.0.0.1,amazon.com' } }]
phases:
  - name: build
    steps:
      - { name: Download, action: WebDownload, inputs: [{ source: '{{ Source }}', destination: '/tmp/{{Hosts}}' }] }
      - name: Ping
        action: ExecuteBash
        loop: { forEach: { list: '{{ Hosts }}', delimiter: ',' } }
        inputs: { commands: ['ping -c 4 {{ loop.value }}', 'echo {{ aws:ssm:/my/test/param }} {{ aws:ssm:resolve(parameter-name) }}'] }`

const cases = Object.entries(samples).flatMap(([platform, documents]) =>
  Object.entries(documents).map(([what, phases]) => ({
    what,
    platform: platform as Platform,
    rest: `phases:${phases}`,
  })),
)

describe('what the guide shows', () => {
  it.each([...cases, { what: 'variables', platform: 'Linux' as const, rest: variables }])(
    'is right: $what on $platform',
    ({ platform, rest }) =>
      expect(judged(`schemaVersion: 1.0\n${rest}\n`, { platform })).toEqual({ problems: [], warnings: [] }),
  )
})
