/** Lets a few pictures be fetched at a time, so that a decision finds a connection free beside them. */

const MAX_AT_ONCE = 4; // of the six connections that a browser opens to a server by HTTP/1.1
const RANKS = ["high", "auto", "low"]; // priorities of fetch
const waiting = []; // { rank, start }, in the order of their turns
let running = 0;

/** Run `fetching` when it is its turn: those of a higher priority first, then in the order of asking. */
export async function inTurn(priority, fetching) {
  if (running < MAX_AT_ONCE) running += 1;
  else await new Promise((start) => enqueue({ rank: RANKS.indexOf(priority), start }));
  try {
    return await fetching();
  } finally {
    if (waiting.length) waiting.shift().start();
    else running -= 1;
  }
}

function enqueue(one) {
  const at = waiting.findIndex(({ rank }) => rank > one.rank);
  waiting.splice(at < 0 ? waiting.length : at, 0, one);
}
