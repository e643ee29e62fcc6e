"""What was trained on annotated texts (`lab reader`), with its weights beside it."""
