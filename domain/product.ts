import manifest from '../package.json' with { type: 'json' }

/**
 * What package.json says of this product. `packageName` is the name in the registry, with its scope: `rebake` alone is
 * somebody else's package there, so nothing that we print may install it. The command is `rebake`.
 */
export const { name: packageName, version, description } = manifest

/** Of the CDK's command that we test with: `aws-cdk`. */
export const cdkVersion = manifest.devDependencies['aws-cdk']
