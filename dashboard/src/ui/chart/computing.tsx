import { Button, Loader } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import type { Computed } from "../../api/computed";
import { Failure } from "../feedback";
import styles from "./chart.module.css";

interface ComputingProps<T> {
  query: UseQueryResult<Computed<T>>;
  /** Under the reason why there is nothing. */
  advice?: ReactNode;
  children: (value: T, fresh: boolean) => ReactNode;
}

/** Something that a worker computes, once it is there; until then what is going on, and if it cannot be had, why. */
export function Computing<T>({ query, advice, children }: ComputingProps<T>) {
  if (query.data?.state === "ready") return children(query.data.value, query.data.fresh);
  if (query.isError) return <Failure error={query.error} retry={query.refetch} />;
  if (query.data?.state === "unavailable") {
    return (
      <div className={styles.unavailable}>
        <p>{query.data.message}</p>
        {advice && <p>{advice}</p>}
      </div>
    );
  }
  return <Pending computed={query.data?.state === "pending"} ask={query.refetch} />;
}

const LONG_S = 30;

function Pending({ computed, ask }: { computed: boolean; ask: () => void }) {
  const seconds = useSeconds();
  const words = seconds < LONG_S ? "A worker is computing this …" : "Still being computed …";
  return (
    <div className={styles.pending} role="status">
      <Loader size="sm" />
      <p>{computed || seconds > 1 ? words : "Loading …"}</p>
      {seconds >= LONG_S && (
        <>
          <p>
            {seconds} seconds by now. The workers do what other experiments wait for first; you need not stay, it is
            kept once it is there.
          </p>
          <Button size="compact-xs" variant="default" onClick={ask}>
            Ask again
          </Button>
        </>
      )}
    </div>
  );
}

/** How long this has been shown. */
function useSeconds(): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => window.clearInterval(timer);
  }, []);
  return seconds;
}
