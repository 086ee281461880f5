import * as v from 'valibot'

export const amiId = v.pipe(v.string(), v.regex(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, 'expected an AMI id'))
