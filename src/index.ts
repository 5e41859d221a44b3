/** What a connector's author imports from 'connector-host'. */
export * from './sdk/index.js';
