FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements.run.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes --compile -r requirements.run.lock \
 && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin casecoord \
 && install -d -o casecoord -m 700 /checkpoints
COPY LICENSE README.md pyproject.toml ./
COPY migrations migrations
COPY policies policies
COPY graphql graphql
COPY casecoord casecoord
RUN python -m compileall -q casecoord

USER casecoord
EXPOSE 8000
CMD ["python", "-m", "casecoord", "serve", "--host", "0.0.0.0", "--workers", "4"]
