"""The analyzer process: previews in, what is in them out. The only importer of TensorFlow and ONNX Runtime."""
