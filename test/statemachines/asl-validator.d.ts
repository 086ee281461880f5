/** asl-validator 4 has its types in the wrong place. */
declare module 'asl-validator' {
  export default function validate(definition: object): { isValid: boolean; errors: { message: string }[] }
}
