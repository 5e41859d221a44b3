/**
 * fast-check as tests import it. Everyday runs play the same cases each time, so that what fails is what was changed; with
 * EVERY_CRASH=1 the cases are others in every run.
 */
const process = require('node:process');
const fc = require('../../node_modules/fast-check/lib/cjs/fast-check.js');

if (process.env.EVERY_CRASH !== '1') fc.configureGlobal({ seed: 20261127 });
module.exports = fc;
