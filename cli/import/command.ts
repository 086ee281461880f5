import { Command } from '@commander-js/extra-typings'
import { endpointOption, examples, jsonOption, type OptionsOf, takes } from '../options/options.ts'
import { collect } from '../options/parsers.ts'

const declaration = () =>
  new Command('import')
    .summary('write a fleet for the pipelines that an account has')
    .description(
      'Reads the Image Builder pipelines of the account whose credentials you have, and what they stand on, and writes a ' +
        'fleet that adopts them: parents, upstreams and rings are guesses, each with what it was made from, and what ' +
        'nobody can guess is a TODO. It says what must change before the first rebake of each. It changes nothing in AWS.',
    )
    .option('-o, --out <file>', 'write the fleet there, where no file is yet. Default: print it')
    .option('-n, --name <name>', 'the name of the fleet, which every name in AWS begins with', 'golden')
    .option('--region <region>', 'where the pipelines are. Default: AWS_REGION, or AWS_DEFAULT_REGION')
    .option('--without <pipeline>', 'leave this pipeline out (repeatable)', collect)
    .option('--dry-run', 'only say what there is and what must change')
    .option(...endpointOption)
    .option(...jsonOption('print what was read, the fleet and what must change as one JSON document'))
    .addHelpText(
      'after',
      examples(
        'rebake import --out fleet.yaml',
        'rebake import --name payments --without nightly-lab --out fleet.yaml',
        'rebake import --dry-run',
      ),
    )
    .addHelpText(
      'after',
      takes(
        'imagebuilder:ListImagePipelines',
        'imagebuilder:GetImagePipeline',
        'imagebuilder:GetImageRecipe',
        'imagebuilder:GetDistributionConfiguration',
        'imagebuilder:ListImagePipelineImages',
        'ec2:DescribeImages',
        'ssm:GetParameter',
      ),
    )
    .addHelpText('after', '\nExit codes: 0 nothing must change first, 1 something must, 2 bad usage.')

export type ImportOptions = OptionsOf<typeof declaration>

export const importCommand = () =>
  declaration().action(async (options) => (await import('./run.ts')).importFleet(options))
