"""Serves a scikit-learn estimator that joblib wrote: pip install scikit-learn

    git model describe --serve "python3 .mver/serve/serve_sklearn.py [weights/model.joblib]" --health /ping

Loading such a file runs what is in it: serve only what you trained, with the versions that you trained it with.
"""

import sys

import joblib
import numpy as np

from model_protocols import DATATYPES, Tensor
from model_server import only_file, serve


class Model:
    platform = "sklearn"

    def __init__(self, path):
        self.estimator = joblib.load(path)
        count = self.estimator.n_features_in_
        self.inputs = [Tensor("x", "FP64", [-1, count])]
        # Those of the table that it was trained on, where that had names.
        self.columns = [str(name) for name in getattr(self.estimator, "feature_names_in_", [])]
        # What it gives, numbers or names, and how many of them, is seen by trying it.
        y = self.predict({"x": np.zeros((1, count))})["y"]
        self.outputs = [Tensor("y", DATATYPES.get(y.dtype, "BYTES"), [-1, *y.shape[1:]])]

    def predict(self, inputs):
        y = np.asarray(self.estimator.predict(inputs["x"]))
        # Names of classes are texts.
        return {"y": y.astype(object) if y.dtype.kind in "US" else y}


if __name__ == "__main__":
    serve(Model(sys.argv[1] if len(sys.argv) > 1 else only_file(".joblib")))
