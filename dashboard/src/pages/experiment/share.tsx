import { Button, Modal } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useMayWrite } from "../../api/session";
import { shareExperiment, tokenChanged } from "../../api/tokens";
import { address } from "../../app/base";
import { moment } from "../../lib/times";
import { Code } from "../../ui/code";
import { Failure } from "../../ui/feedback";
import { ShareIcon } from "../../ui/icons";

/** Makes a link that shows this experiment to anybody, to read. */
export function ShareButton({ experimentId }: { experimentId: string }) {
  const share = useMutation({
    mutationFn: () => shareExperiment(experimentId),
    onSuccess: (token) => tokenChanged(token.id, token),
  });
  if (!useMayWrite()) return null;
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={<ShareIcon size={15} />}
        loading={share.isPending}
        onClick={() => share.mutate()}
      >
        Share
      </Button>
      <Modal opened={share.isSuccess || share.isError} onClose={share.reset} title="A link for reading" size="lg">
        {share.isError && <Failure error={share.error} />}
        {share.isSuccess && (
          <>
            <p>
              Whoever has this link sees this experiment and can change nothing
              {share.data.expires ? <>, until {moment(share.data.expires)}</> : null}. It is shown only now.
            </p>
            <Code label="Share link">{address(`shared/${experimentId}#${share.data.token}`)}</Code>
          </>
        )}
      </Modal>
    </>
  );
}
