"""FastAPI as in its tutorial. `app_async` judges on the event loop, `app_def` on the thread pool."""

from __future__ import annotations

from fastapi import FastAPI, UploadFile

from benchmarks.serving.peers.pipeline import judge, open_session, read_tile

session = open_session()
app_async = FastAPI()
app_def = FastAPI()


@app_async.post("/predict")
async def predict(image: UploadFile) -> dict[str, float]:
    """Judge one photo."""
    return judge(session, [read_tile(await image.read())])[0]


@app_def.post("/predict")
def predict_in_thread(image: UploadFile) -> dict[str, float]:
    """Judge one photo."""
    return judge(session, [read_tile(image.file.read())])[0]
