"""An invented neighbourhood with people to try casecoord as: never for real families."""
