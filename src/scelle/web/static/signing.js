// The one script of the pages: asks the browser for a passkey, and sends what it answers.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const make = (form) =>
  navigator.credentials.create({
    publicKey: {
      challenge: bytes(form.dataset.challenge),
      rp: { id: form.dataset.rp, name: "Scelle" },
      user: { id: crypto.getRandomValues(new Uint8Array(16)), name: "Scelle", displayName: "Scelle" },
      // EdDSA, ES256, RS256 (RFC 9053, RFC 8812).
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key", alg })),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      attestation: "none",
    },
  });

const sign = (form) =>
  navigator.credentials.get({
    publicKey: {
      challenge: bytes(form.dataset.challenge),
      rpId: form.dataset.rp,
      userVerification: "required",
    },
  });

const told = (credential) => {
  const answer = credential.response;
  const response = { clientDataJSON: text(answer.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (answer[name]) response[name] = text(answer[name]);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
  });
};

for (const form of document.querySelectorAll("form[data-challenge]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = document.getElementById("passkey-failed");
    failed.hidden = true;
    try {
      form.elements.answer.value = told(await (form.dataset.does === "sign" ? sign : make)(form));
      form.submit();
    } catch (error) {
      failed.hidden = false;
      failed.querySelector("code").textContent = error.name;
    }
  });
}
