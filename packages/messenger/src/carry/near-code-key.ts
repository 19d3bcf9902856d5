/** Where the code lies of who is called at home: as long as it does, a page that opens calls again. */
export const NEAR_CODE = { table: 'entry', key: 'near' } as const;
