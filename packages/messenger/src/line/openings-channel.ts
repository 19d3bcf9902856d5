/** Where all of a browser tell each other of the connections that they make: each message is an `Opening`. */
export const OPENINGS_CHANNEL = 'polynya-openings';
