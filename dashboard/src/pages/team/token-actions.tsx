import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { TokenOut } from "../../api/schema";
import { goOnWith } from "../../api/session";
import { changeToken, endToken, tokenChanged } from "../../api/tokens";
import { moment } from "../../lib/times";
import { ConfirmButton } from "../../ui/confirm";
import { notify } from "../../ui/notice";
import styles from "./team.module.css";

interface TokenActionsProps {
  token: TokenOut;
  /** Whether one is signed in with it. */
  own: boolean;
}

/** What can be done with a token; one without a term cannot end, only get another secret. */
export function TokenActions({ token, own }: TokenActionsProps) {
  const called = `${token.name} …${token.token.slice(-4)}`;
  const extend = useMutation({
    mutationFn: (change: { expires: "renew" } | { lasts_forever: true }) => changeToken(token.id, change),
    onSuccess: (changed) => {
      notify({
        text: `${called} lasts ${changed.expires === null ? "for ever" : `until ${moment(changed.expires)}`}.`,
      });
      return tokenChanged(token.id, { ...changed, token: token.token });
    },
    onError: (error) => notify({ text: error.message }),
  });

  async function rotate() {
    const rotated = await changeToken(token.id, { token: "rotate" });
    if (own) await goOnWith(rotated.token);
    await tokenChanged(token.id, rotated);
  }

  async function end() {
    await endToken(token.id);
    notify({ text: `${called} has ended.` });
    await tokenChanged(token.id, null);
  }

  return (
    <div className={styles.actions}>
      <ConfirmButton
        label={`Rotate ${called}`}
        title={`Rotate ${called}?`}
        word="Rotate"
        consequence={`It gets a new secret, which is shown once. Whatever uses the old one is refused from then on${own ? "; you stay signed in here" : ""}.`}
        onConfirm={rotate}
      />
      {token.lease_length !== null && (
        <>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Renew ${called}`}
            loading={extend.isPending}
            onClick={() => extend.mutate({ expires: "renew" })}
          >
            Renew
          </Button>
          {token.expires !== null && (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Keep for ever: ${called}`}
              loading={extend.isPending}
              onClick={() => extend.mutate({ lasts_forever: true })}
            >
              Keep for ever
            </Button>
          )}
          <ConfirmButton
            label={`End ${called}`}
            title={`End ${called}?`}
            word="End"
            consequence={
              own
                ? "You are signed in with it, and will have to sign in again."
                : "Whoever has it is refused from then on. It does not come back."
            }
            onConfirm={end}
          />
        </>
      )}
    </div>
  );
}
