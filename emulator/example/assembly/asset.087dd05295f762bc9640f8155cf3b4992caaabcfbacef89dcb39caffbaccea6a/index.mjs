export const handler = async ({ order }) => ({ order, confirmed: true })
