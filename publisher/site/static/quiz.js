/*
 * The quiz: one question at a time, or all at once. An answer that was checked stays, with its explanation, until
 * the reader tries again. Everything is the page's own form: radio buttons in fieldsets, which keyboards and screen
 * readers know.
 */

import { button, fragment, make } from "./dom.js";
import { forget, keep, recall } from "./memory.js";
import { unseal } from "./sealed.js";
import { language, word } from "./words.js";

/**
 * @typedef {object} Question
 * @property {HTMLFieldSetElement} fieldset
 * @property {HTMLInputElement[]} choices
 * @property {HTMLElement} verdict empty until the answer is checked
 * @property {import("./sealed.js").Answer} answer
 * @property {boolean} isChecked
 */

/** @param {HTMLElement} section */
export function enhance(section) {
  const form = section.querySelector("form");
  if (!form) return;
  let questions;
  try {
    questions = readQuestions(section, form);
  } catch (error) {
    // Then the quiz stays as it is without script: to be read, with the way to its answers.
    for (const way of section.querySelectorAll(".without-script")) way.classList.remove("without-script");
    throw error;
  }
  if (questions.length > 0) new Quiz(section, form, questions).begin();
}

/**
 * @param {HTMLElement} section
 * @param {HTMLFormElement} form
 * @returns {Question[]}
 */
function readQuestions(section, form) {
  const answers = unseal(section.dataset.sealed ?? "", section.dataset.guid ?? "");
  const fieldsets = /** @type {HTMLFieldSetElement[]} */ ([...form.querySelectorAll("fieldset[data-question]")]);
  return fieldsets.map((fieldset) => {
    const answer = answers[Number(fieldset.dataset.question)];
    const choices = /** @type {HTMLInputElement[]} */ ([...fieldset.querySelectorAll("input[type=radio]")]);
    if (!choices.some(({ value }) => Number(value) === answer?.answer)) throw new Error("the quiz lacks an answer");
    // It is there before it has anything to say, or screen readers would not say it.
    const verdict = /** @type {HTMLElement} */ (make("div", { class: "verdict", role: "status" }));
    fieldset.append(verdict);
    return { fieldset, choices, verdict, answer, isChecked: false };
  });
}

class Quiz {
  #at = 0;
  #isDone = false;
  #isAll = recall("quiz-all") === true;

  /**
   * @param {HTMLElement} section
   * @param {HTMLFormElement} form
   * @param {Question[]} questions
   */
  constructor(section, form, questions) {
    this.section = section;
    this.form = form;
    this.questions = questions;
    const { guid = "", title = "", code = "", pass = "", certificate = "" } = section.dataset;
    this.guid = guid;
    this.title = title;
    this.code = code;
    this.certificate = certificate;
    this.pass = Number(pass) || 0;
  }

  begin() {
    this.section.classList.add("ready");
    this.#draw();
    this.#resume();
    this.#show();
  }

  #draw() {
    const count = this.questions.length;
    this.questions.forEach(({ fieldset }, place) => {
      const legend = fieldset.querySelector("legend");
      legend?.prepend(make("span", { class: "place" }, word("question_of", { number: place + 1, count })), " ");
    });
    this.mode = button("", () => this.#turn(), { class: "mode" });
    this.bar = make("span");
    this.progress = make("div", { class: "progress", "aria-hidden": "true" }, this.bar);
    this.note = make("p", { class: "note", role: "status" });
    this.previous = button(word("previous_question"), () => this.#go(this.#at - 1), { class: "quiet" });
    this.check = make("button", { type: "submit", class: "strong" }, word("check_answer"));
    this.next = button("", () => this.#onward(), { class: "strong" });
    this.outcome = make("div", { class: "outcome", hidden: true });
    this.form.prepend(make("div", { class: "head" }, this.progress, this.mode));
    this.form.append(this.note, make("div", { class: "steps" }, this.check, this.next, this.previous));
    this.form.after(this.outcome);
    // An answer can also be given with the enter key.
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#isAll) this.#checkAll();
      else this.#check();
    });
    this.form.addEventListener("change", () => {
      this.note.textContent = "";
      this.#keep();
    });
  }

  /** Takes up what the reader had answered before. */
  #resume() {
    const kept = recall(`answers:${this.guid}`);
    // A quiz that has been changed since begins anew.
    if (!Array.isArray(kept) || kept.length !== this.questions.length) return;
    this.questions.forEach((question, place) => {
      const choice = question.choices.find(({ value }) => value === kept[place]?.chosen);
      if (!choice) return;
      choice.checked = true;
      if (kept[place].checked === true) judge(question);
    });
    const open = this.questions.findIndex(({ isChecked }) => !isChecked);
    this.#at = open < 0 ? this.questions.length - 1 : open;
    this.#isDone = open < 0;
    if (this.#isDone) this.#tellResult();
  }

  #keep() {
    const state = this.questions.map((question) => ({
      chosen: chosen(question)?.value ?? null,
      checked: question.isChecked,
    }));
    keep(`answers:${this.guid}`, state);
  }

  #turn() {
    this.#isAll = !this.#isAll;
    keep("quiz-all", this.#isAll);
    this.note.textContent = "";
    this.#show();
  }

  /** Brings what is seen in line with where the reader is. */
  #show() {
    const { questions } = this;
    const question = questions[this.#at];
    questions.forEach(({ fieldset }, place) => {
      fieldset.hidden = !this.#isAll && (this.#isDone || place !== this.#at);
    });
    this.mode.textContent = word(this.#isAll ? "one_by_one" : "all_at_once");
    this.mode.hidden = questions.length < 2;
    const checked = questions.filter(({ isChecked }) => isChecked).length;
    this.bar.style.inlineSize = `${(100 * checked) / questions.length}%`;
    const isLast = this.#at === questions.length - 1;
    this.previous.hidden = this.#isAll || this.#isDone || this.#at === 0;
    this.check.hidden = this.#isDone || (!this.#isAll && question.isChecked);
    this.check.textContent = word(this.#isAll ? "see_result" : "check_answer");
    this.next.hidden = this.#isAll || this.#isDone || !question.isChecked;
    this.next.textContent = word(isLast ? "see_result" : "next_question");
    this.outcome.hidden = !this.#isDone;
  }

  /** @param {number} place */
  #go(place) {
    this.#at = place;
    this.note.textContent = "";
    this.#show();
    const question = this.questions[place];
    // A checked question's choices cannot be chosen any more; there the way onward has the focus.
    if (question.isChecked) this.next.focus();
    else focusChoice(question);
  }

  #check() {
    const question = this.questions[this.#at];
    if (!chosen(question)) {
      this.#lack(question);
      return;
    }
    judge(question);
    this.#keep();
    this.#show();
    this.next.focus();
  }

  #checkAll() {
    const open = this.questions.find((question) => !chosen(question));
    if (open) {
      this.#lack(open);
      return;
    }
    for (const question of this.questions) if (!question.isChecked) judge(question);
    this.#keep();
    this.#finish();
  }

  /** @param {Question} question */
  #lack(question) {
    this.note.textContent = word("unanswered");
    focusChoice(question);
  }

  #onward() {
    if (this.#at < this.questions.length - 1) {
      this.#go(this.#at + 1);
      return;
    }
    // One that was passed over by going about is still open.
    const open = this.questions.findIndex(({ isChecked }) => !isChecked);
    if (open >= 0) this.#go(open);
    else this.#finish();
  }

  #finish() {
    this.#isDone = true;
    this.#remember();
    const heading = this.#tellResult();
    this.#show();
    heading.focus();
  }

  get #right() {
    return this.questions.filter((question) => isRight(question)).length;
  }

  get #isPassed() {
    return this.#right / this.questions.length >= this.pass;
  }

  /** Keeps the result; a certificate that was won before is not lost by a worse one. */
  #remember() {
    const key = `quiz:${this.guid}`;
    const before = recall(key);
    if (before && before.right / before.of >= before.pass && !this.#isPassed) return;
    keep(key, {
      title: this.title,
      code: this.code,
      url: location.href.replace(/[?#].*$/, ""),
      right: this.#right,
      of: this.questions.length,
      pass: this.pass,
      date: new Date().toISOString(),
    });
  }

  /** @returns {HTMLElement} its heading */
  #tellResult() {
    const count = this.questions.length;
    const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(this.pass);
    const isPassed = this.#isPassed;
    const heading = make("h3", { tabindex: -1 }, isPassed ? word("passed") : word("not_passed", { share }));
    const address = `${this.certificate}#${encodeURIComponent(this.guid)}`;
    this.outcome.classList.toggle("passed", isPassed);
    this.outcome.replaceChildren(
      heading,
      make("p", {}, word("result", { right: this.#right, count })),
      make(
        "div",
        { class: "steps" },
        ...(isPassed && this.certificate ? [make("a", { href: address, class: "strong" }, word("get_certificate"))] : []),
        button(word("try_again"), () => this.#again(), { class: isPassed ? "quiet" : "strong" }),
      ),
    );
    return heading;
  }

  #again() {
    forget(`answers:${this.guid}`);
    for (const question of this.questions) clear(question);
    this.#isDone = false;
    this.#go(0);
  }
}

/** @param {Question} question */
const chosen = ({ choices }) => choices.find(({ checked }) => checked);

/** @param {Question} question */
const isRight = (question) => Number(chosen(question)?.value ?? -1) === question.answer.answer;

/** @param {Question} question */
function focusChoice(question) {
  (chosen(question) ?? question.choices[0]).focus();
}

/**
 * Says what was right, and why.
 * @param {Question} question
 */
function judge(question) {
  const { choices, answer, verdict, fieldset } = question;
  const right = isRight(question);
  question.isChecked = true;
  fieldset.dataset.verdict = right ? "right" : "wrong";
  for (const choice of choices) {
    choice.disabled = true;
    const label = choice.closest("label");
    if (Number(choice.value) === answer.answer) label?.classList.add("right");
    else if (choice.checked) label?.classList.add("wrong");
  }
  const text = choices.find(({ value }) => Number(value) === answer.answer)?.closest("label")?.textContent?.trim();
  const explanation = fragment(answer.explanation ?? "");
  verdict.replaceChildren(
    make("p", { class: "judged" }, word(right ? "right" : "wrong")),
    ...(right ? [] : [make("p", {}, word("right_answer_was", { answer: text ?? "" }))]),
    ...(explanation.hasChildNodes() ? [make("div", { class: "explanation" }, explanation)] : []),
  );
}

/** @param {Question} question */
function clear(question) {
  question.isChecked = false;
  delete question.fieldset.dataset.verdict;
  question.verdict.replaceChildren();
  for (const choice of question.choices) {
    choice.disabled = false;
    choice.checked = false;
    choice.closest("label")?.classList.remove("right", "wrong");
  }
}
