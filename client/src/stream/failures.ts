// The three ways in which a request does not bring what was asked for. Anything else is a bug.

/** No answer: no network, a server that is down, or a connection cut in the middle. */
export class Unreachable extends Error {
  readonly code = "unreachable";
}

/** The server does not know this session any more, and could not renew it. */
export class SignedOut extends Error {
  readonly code = "signed-out";

  constructor() {
    super("You are signed out.");
  }
}

/** The server answered with an error of its own: `{"error":{"code","message","field"}}`. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
