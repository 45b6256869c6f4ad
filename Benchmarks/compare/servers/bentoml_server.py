"""BentoML: `bentoml serve bentoml_server:Classify`. The photograph is the request's body."""
import os
import pathlib
from typing import Annotated

import bentoml
from bentoml.validators import ContentType

from pipeline import Classifier


@bentoml.service(workers=int(os.environ["COMPARE_WORKERS"]), traffic={"timeout": 60})
class Classify:
    def __init__(self) -> None:
        self.classifier = Classifier()

    @bentoml.api(route="/classify")
    def classify(self, image: Annotated[pathlib.Path, ContentType("image/jpeg")], /) -> dict:
        return self.classifier(image.read_bytes())
