import { Aws, Fn } from 'aws-cdk-lib'

/** The first part of the UUID that ends the stack's ARN: another one for each stack, also of the same name. */
export const stackPart = Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))))
