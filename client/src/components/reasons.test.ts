import { expect, test } from "vitest";
import { why } from "./reasons";

test("a reason names its evidence where that is another word", () => {
  expect(why({ word: "dog", evidence: "kuvasz", score: 0.99 })).toBe("dog ← kuvasz 0.99");
  expect(why({ word: "outdoors", evidence: "outdoors" })).toBe("outdoors");
});

test("a face says what was seen on it, not its number nor what the word says already", () => {
  expect(why({ word: "woman", evidence: "face 4, female", score: 0.98 })).toBe("woman 0.98");
  expect(why({ word: "happy", evidence: "face 1, happy", score: 0.9 })).toBe("happy 0.90");
  expect(why({ word: "smiling", evidence: "face 1, happy", score: 0.9 })).toBe("smiling ← happy 0.90");
  expect(why({ word: "girl", evidence: "face 2, female, age 9", score: 0.81 })).toBe("girl ← age 9 0.81");
});

test("names that only begin like a face stay whole", () => {
  expect(why({ word: "face", evidence: "face 2.jpg" })).toBe("face ← face 2.jpg");
});
