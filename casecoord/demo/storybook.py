"""The table of all stories, bound in the order in which they are told."""

from casecoord.demo.chapters import (
    alternatives,
    breakthroughs,
    elsewhere,
    endings,
    homes,
    leads,
    meetings,
    plans,
    residents,
    routes,
    seldom,
    sharing,
    signals,
    spheres,
    table,
)
from casecoord.demo.stories import TOLD, Story

CHAPTERS = (
    signals,
    routes,
    spheres,
    leads,
    plans,
    endings,
    homes,
    seldom,
    elsewhere,
    sharing,
    residents,
    alternatives,
    table,
    breakthroughs,
    meetings,
)

STORIES: dict[str, Story] = {
    story.key: story
    for chapter in CHAPTERS
    for story in TOLD.values()
    if story.tell.__module__ == chapter.__name__
}
