"""The doors' own fixtures."""

from tests.doors import amina as amina
from tests.doors import amina_token as amina_token
from tests.doors import app as app
from tests.doors import provider as provider
from tests.doors import town as town
