import { Command, Option } from '@commander-js/extra-typings'
import { examples, type OptionsOf, yesOption } from '../options/options.ts'
import { collect } from '../options/parsers.ts'

export const ciChoices = ['github', 'gitlab', 'none'] as const

const declaration = () =>
  new Command('init')
    .summary('begin a repository with a fleet of your own')
    .description(
      'Writes a fleet that can be checked and rehearsed at once, a component, package.json with this version of Rebake and the CDK, and what ' +
        'checks and deploys it in CI. On a terminal it asks for what no option says. Where a file is there already, nothing is written; ' +
        'package.json and .gitignore are added to.',
    )
    .argument('[directory]', 'where to', '.')
    .option('--name <name>', 'of the fleet, the prefix of every name in AWS. Default: the name of the directory')
    .option('--account <id>', 'the build account, where images are baked')
    .option('--region <region>', 'the region in which they are baked')
    .option('--soe-owner <id>', 'the account whose AMIs images are baked on')
    .option('--soe-name <pattern>', 'the names of those AMIs, with * for what changes')
    .option('--target <id>', 'an account that gets the images')
    .option('--email <address>', 'who is notified')
    .addOption(
      new Option('--ci <system>', 'what checks each change and deploys main. Default: what the repository has').choices(
        ciChoices,
      ),
    )
    .option('--teams <owner>', 'who reviews changes: writes CODEOWNERS, as @org/platform (repeatable)', collect)
    .option('--force', 'write over files that are there')
    .option(...yesOption)
    .addHelpText(
      'after',
      examples(
        'rebake init golden-images',
        'rebake init --name golden --account 111122223333 --region us-west-2 --ci gitlab',
      ),
    )

export type InitOptions = OptionsOf<typeof declaration>

export const initCommand = () =>
  declaration().action(async (directory, options) => (await import('./run.ts')).init(directory, options))
