export * from './options.js';
export * from './paginate.js';
export * from './paging.js';
export * from './with-path.js';
