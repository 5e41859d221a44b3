export * from './create-cursor.js';
export * from './cursor-options.js';
export * from './cursor.js';
export * from './read-incrementally.js';
