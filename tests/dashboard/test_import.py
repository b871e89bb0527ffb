"""Results from elsewhere in the browser: a file, checked before anything is stored; a point and its result, typed."""

from playwright.sync_api import expect

from tests.support.examples import experiment_body, ok

HEADER = "sugar,eggs,oven,taste,failed,metadata.cook"
GOOD = f"{HEADER}\n0.7,4,gas,0.81,,Zoë\n2.5,2,electric,0.34,,\n9,6,electric,,true,\n"
FAULTY = GOOD.replace("0.34", "a lot").replace("9,6,electric", "9,6,coal")


def file_of(text: str) -> dict[str, object]:
    return {"name": "past.csv", "mimeType": "text/csv", "buffer": text.encode()}


def test_a_faulty_file_is_refused_by_line_and_column_and_the_mended_one_taken_in_whole(visitor, token, api):
    experiment = ok(api.post("/experiments", json=experiment_body()))["id"]
    visitor.enter(token)
    page = visitor.open(f"/experiments/{experiment}/history")
    page.get_by_role("button", name="Import").click()

    page.get_by_label("File of results").set_input_files(file_of(FAULTY))
    wrong = page.get_by_role("region", name="Rows that are wrong").get_by_role("row")
    expect(wrong).to_have_count(3)
    expect(wrong.nth(1)).to_contain_text("3values.taste.value")
    expect(wrong.nth(2)).to_contain_text("4assignments.oven")
    expect(page.get_by_role("button", name="Import 3")).to_have_count(0)
    assert visitor.faults() == []
    assert ok(api.get(f"/experiments/{experiment}"))["progress"]["observation_count"] == 0

    page.get_by_label("File of results").set_input_files(file_of(GOOD))
    page.get_by_text("3 observations, 1 of them failed, and nothing is wrong").wait_for()
    expect(page.get_by_role("region", name="The first rows").get_by_role("row")).to_have_count(4)
    page.get_by_role("button", name="Import 3 observations").click()

    page.get_by_text("Imported from past.csv").wait_for()
    expect(page.get_by_role("region", name="Observations").get_by_role("row")).to_have_count(4)
    *_, first = ok(api.get(f"/experiments/{experiment}/observations"))["data"]
    assert first["assignments"] == {"sugar": 0.7, "eggs": 4, "oven": "gas"}
    assert (first["values"][0]["value"], first["metadata"]) == (0.81, {"cook": "Zoë"})


def test_a_result_of_a_point_of_ones_own_is_typed(visitor, token, api):
    experiment = ok(api.post("/experiments", json=experiment_body()))["id"]
    visitor.enter(token)
    page = visitor.open(f"/experiments/{experiment}/history")

    page.get_by_role("button", name="Add").click()
    page.get_by_label("eggs").fill("5")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("taste").fill("0.5")
    page.get_by_role("button", name="Add", exact=True).last.click()

    expect(page.get_by_role("region", name="Observations").get_by_role("row")).to_have_count(2)
    [made] = ok(api.get(f"/experiments/{experiment}/observations"))["data"]
    assert (made["assignments"]["eggs"], made["values"][0]["value"]) == (5, 0.5)
