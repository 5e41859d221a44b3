/**
 * Nothing listens there. A port that was free a moment ago would do as long as no other suite is given it: this one is
 * below those that a system gives out.
 */
export const CLOSED_URL = 'http://127.0.0.1:1';
