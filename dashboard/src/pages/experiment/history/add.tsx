import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { report, useChange } from "../../../api/changes";
import type { ExperimentOut, ObservationIn } from "../../../api/schema";
import { emptyReport } from "../../../lib/report";
import { Assignments } from "../../../ui/assignments";
import { PlusIcon } from "../../../ui/icons";
import { PointForm } from "../../../ui/point-form";
import { ReportForm } from "../../../ui/report-form";

/** A result of a point that nobody had suggested, typed: first where it was evaluated, then what came of it. */
export function AddButton({ experiment }: { experiment: ExperimentOut }) {
  const id = experiment.id ?? "";
  const [opened, setOpened] = useState(false);
  const [point, setPoint] = useState<Record<string, unknown> | null>(null);
  const add = useChange(id, (body: ObservationIn) => report(id, { ...body, assignments: point }));
  function close() {
    add.reset();
    setPoint(null);
    setOpened(false);
  }
  return (
    <>
      <Button variant="default" size="xs" leftSection={<PlusIcon size={14} />} onClick={() => setOpened(true)}>
        Add
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={point === null ? "A result of your own: which point?" : "What came of it?"}
        size="lg"
      >
        {point === null ? (
          <PointForm experiment={experiment} submit="Next" busy={false} error={null} onSubmit={setPoint} />
        ) : (
          <>
            <Assignments values={point} />
            <ReportForm
              metrics={experiment.metrics}
              initial={emptyReport(experiment.metrics)}
              submit="Add"
              busy={add.isPending}
              error={add.error}
              onSubmit={(body) => add.mutate(body, { onSuccess: close })}
            />
          </>
        )}
      </Modal>
    </>
  );
}
