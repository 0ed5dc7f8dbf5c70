"""From a trained run to answers: the exact index, search and rescoring."""
