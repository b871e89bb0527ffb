import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { guestToken } from "../api/client";
import { experimentQuery } from "../api/experiments";
import { plotKindsQuery } from "../api/plots";
import { queryClient } from "../api/query-client";
import { sessionQuery } from "../api/session";
import { observed } from "../lib/experiment";
import { analysisSearch } from "../lib/search/analysis";
import { compareSearch } from "../lib/search/compare";
import { experimentListSearch } from "../lib/search/experiments";
import { historySearch } from "../lib/search/history";
import { runAnalysisSearch } from "../lib/search/run-analysis";
import { runsSearch } from "../lib/search/runs";
import { loadPlotly } from "../ui/chart/plotly";
import { Waiting } from "../ui/feedback";
import { BASE_PATH } from "./base";
import { FailedPage, FailedPart, FailedScreen } from "./failed";
import { NotFound } from "./not-found";
import { Shell } from "./shell";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: FailedScreen });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    typeof search.next === "string" && /^\/(?!\/)/.test(search.next) ? { next: search.next } : {},
  component: lazyRouteComponent(() => import("../pages/sign-in"), "SignInPage"),
});

const shared = createRoute({
  getParentRoute: () => root,
  path: "/shared/$experimentId",
  component: lazyRouteComponent(() => import("../pages/shared"), "SharedPage"),
});

/** Everything that needs somebody: else the way goes by the sign-in, and back. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  component: Shell,
  errorComponent: FailedScreen,
  beforeLoad: async ({ location }) => {
    if ((await queryClient.ensureQueryData(sessionQuery)) === null) {
      throw redirect({ to: "/sign-in", search: location.href === "/" ? {} : { next: location.href } });
    }
  },
});

const home = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  beforeLoad: async () => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    const experiment = guestToken() === null ? null : session?.api_token.experiment;
    if (experiment) throw redirect({ to: "/experiments/$experimentId", params: { experimentId: experiment } });
  },
  component: lazyRouteComponent(() => import("../pages/home"), "HomePage"),
});

/** Addresses that the client of SigOpt prints. */
const printed = [
  createRoute({
    getParentRoute: () => root,
    path: "/run/$id",
    beforeLoad: ({ params: { id } }) => {
      throw redirect({ to: "/runs/$runId", params: { runId: id }, replace: true });
    },
  }),
  ...(["/experiment/$id", "/aiexperiment/$id"] as const).map((path) =>
    createRoute({
      getParentRoute: () => root,
      path,
      beforeLoad: ({ params: { id } }) => {
        throw redirect({ to: "/experiments/$experimentId", params: { experimentId: id }, replace: true });
      },
    }),
  ),
  createRoute({
    getParentRoute: () => root,
    path: "/tokens/info",
    beforeLoad: () => {
      throw redirect({ to: "/team", replace: true });
    },
  }),
];

const experiments = createRoute({
  getParentRoute: () => signedIn,
  path: "/experiments",
  validateSearch: experimentListSearch,
  component: lazyRouteComponent(() => import("../pages/experiments"), "ExperimentsPage"),
});

const create = createRoute({
  getParentRoute: () => signedIn,
  path: "/experiments/new",
  validateSearch: (search: Record<string, unknown>): { project?: string } =>
    typeof search.project === "string" ? { project: search.project } : {},
  component: lazyRouteComponent(() => import("../pages/create/create"), "CreatePage"),
});

const compare = createRoute({
  getParentRoute: () => signedIn,
  path: "/compare",
  validateSearch: compareSearch,
  component: lazyRouteComponent(() => import("../pages/compare/compare"), "ComparePage"),
});

const compareRuns = createRoute({
  getParentRoute: () => signedIn,
  path: "/compare/runs",
  validateSearch: compareSearch,
  component: lazyRouteComponent(() => import("../pages/compare/runs"), "CompareRunsPage"),
});

/** What most tabs of an experiment ask first, on its way while their code is; with results, they have charts too. */
async function foresee(id: string): Promise<void> {
  const found = await queryClient.ensureQueryData(experimentQuery(id)).catch(() => null); // the page will say why
  if (found !== null && (observed(found)?.observation_count ?? 0) > 0) await loadPlotly().catch(() => null);
}

const experiment = createRoute({
  getParentRoute: () => signedIn,
  path: "/experiments/$experimentId",
  loader: ({ params }) => void queryClient.prefetchQuery(experimentQuery(params.experimentId)),
  component: lazyRouteComponent(() => import("../pages/experiment/experiment"), "ExperimentPage"),
});

const summary = createRoute({
  getParentRoute: () => experiment,
  errorComponent: FailedPart,
  path: "/",
  loader: ({ params }) => void foresee(params.experimentId),
  validateSearch: (search: Record<string, unknown>): { metric?: string } =>
    search.metric === undefined ? {} : { metric: String(search.metric) },
  component: lazyRouteComponent(() => import("../pages/experiment/summary"), "SummaryTab"),
});

const analysis = createRoute({
  getParentRoute: () => experiment,
  errorComponent: FailedPart,
  path: "/analysis",
  loader: ({ params }) => {
    void queryClient.prefetchQuery(plotKindsQuery(params.experimentId));
    void foresee(params.experimentId);
  },
  validateSearch: analysisSearch,
  component: lazyRouteComponent(() => import("../pages/experiment/analysis"), "AnalysisTab"),
});

const history = createRoute({
  getParentRoute: () => experiment,
  errorComponent: FailedPart,
  path: "/history",
  validateSearch: historySearch,
  component: lazyRouteComponent(() => import("../pages/experiment/history"), "HistoryTab"),
});

const suggestions = createRoute({
  getParentRoute: () => experiment,
  errorComponent: FailedPart,
  path: "/suggestions",
  component: lazyRouteComponent(() => import("../pages/experiment/suggestions"), "SuggestionsTab"),
});

const properties = createRoute({
  getParentRoute: () => experiment,
  errorComponent: FailedPart,
  path: "/properties",
  component: lazyRouteComponent(() => import("../pages/experiment/properties/properties"), "PropertiesTab"),
});

const apiTab = createRoute({
  getParentRoute: () => experiment,
  errorComponent: FailedPart,
  path: "/api",
  validateSearch: (search: Record<string, unknown>): { language?: string } =>
    typeof search.language === "string" ? { language: search.language } : {},
  component: lazyRouteComponent(() => import("../pages/experiment/api"), "ApiTab"),
});

const projects = createRoute({
  getParentRoute: () => signedIn,
  path: "/projects",
  component: lazyRouteComponent(() => import("../pages/projects"), "ProjectsPage"),
});

const project = createRoute({
  getParentRoute: () => signedIn,
  path: "/projects/$clientId/$projectId",
  component: lazyRouteComponent(() => import("../pages/project/project"), "ProjectPage"),
});

const overview = createRoute({
  getParentRoute: () => project,
  errorComponent: FailedPart,
  path: "/",
  component: lazyRouteComponent(() => import("../pages/project/overview"), "OverviewTab"),
});

const runs = createRoute({
  getParentRoute: () => project,
  errorComponent: FailedPart,
  path: "/runs",
  validateSearch: runsSearch,
  component: lazyRouteComponent(() => import("../pages/project/runs"), "RunsTab"),
});

const runAnalysis = createRoute({
  getParentRoute: () => project,
  errorComponent: FailedPart,
  path: "/analysis",
  validateSearch: runAnalysisSearch,
  component: lazyRouteComponent(() => import("../pages/project/analysis"), "RunAnalysisTab"),
});

const notes = createRoute({
  getParentRoute: () => project,
  errorComponent: FailedPart,
  path: "/notes",
  component: lazyRouteComponent(() => import("../pages/project/notes"), "NotesTab"),
});

const run = createRoute({
  getParentRoute: () => signedIn,
  path: "/runs/$runId",
  component: lazyRouteComponent(() => import("../pages/run/run"), "RunPage"),
});

const team = createRoute({
  getParentRoute: () => signedIn,
  path: "/team",
  component: lazyRouteComponent(() => import("../pages/team/team"), "TeamPage"),
});

const tokens = createRoute({
  getParentRoute: () => team,
  errorComponent: FailedPart,
  path: "/",
  component: lazyRouteComponent(() => import("../pages/team/tokens-tab"), "TokensTab"),
});

const people = createRoute({
  getParentRoute: () => team,
  errorComponent: FailedPart,
  path: "/people",
  component: lazyRouteComponent(() => import("../pages/team/people"), "PeopleTab"),
});

const usage = createRoute({
  getParentRoute: () => team,
  errorComponent: FailedPart,
  path: "/usage",
  component: lazyRouteComponent(() => import("../pages/team/usage"), "UsageTab"),
});

const profile = createRoute({
  getParentRoute: () => signedIn,
  path: "/profile",
  component: lazyRouteComponent(() => import("../pages/profile/profile"), "ProfilePage"),
});

const routeTree = root.addChildren([
  signIn,
  shared,
  ...printed,
  signedIn.addChildren([
    home,
    experiments,
    create,
    compare,
    compareRuns,
    experiment.addChildren([summary, analysis, history, suggestions, properties, apiTab]),
    projects,
    project.addChildren([overview, runs, runAnalysis, notes]),
    run,
    team.addChildren([tokens, people, usage]),
    profile,
  ]),
]);

export const router = createRouter({
  routeTree,
  basepath: BASE_PATH || "/",
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultPendingComponent: () => <Waiting />,
  defaultErrorComponent: FailedPage,
});

/** The code of the page that is opened comes while the service says who is signed in, not after that. */
for (const match of router.matchRoutes(router.latestLocation)) {
  const route = router.routesById[match.routeId as keyof typeof router.routesById];
  void router.loadRouteChunk(route)?.catch(() => null); // asked for again when it is shown
}

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
