import manifest from '../package.json' with { type: 'json' }

/**
 * What package.json says of this product. `packageName` is the name in the registry, with its scope: `rebake` alone is
 * somebody else's package there, so nothing that we print may install it. The command is `rebake`.
 */
export const { name: packageName, version, description } = manifest
