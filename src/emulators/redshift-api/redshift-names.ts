/** The provisioned cluster or, in a serverless world, the workgroup that there is. */
export const redshiftNames = { cluster: 'examplecluster', workgroup: 'exampleworkgroup' } as const
