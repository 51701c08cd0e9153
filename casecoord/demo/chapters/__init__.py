"""The stories, a chapter for each thing that goes well or wrong; `storybook.py` binds them."""
