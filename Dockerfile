# docker build -t polynya . && docker run -p 8787:8787 -v polynya:/data polynya
# polynya COMMAND beside it: docker exec CONTAINER node packages/cli/dist/main.cjs invite
FROM node:26-slim AS page
WORKDIR /polynya
COPY . .
RUN npm run build

FROM node:26-slim
WORKDIR /polynya
COPY package.json package-lock.json ./
COPY packages packages
# Of what is optional WebRTC's machine code is needed, and Node is there.
RUN npm ci --omit=dev --no-audit --no-fund && rm -r node_modules/node-linux-* && npm cache clean --force \
 && mkdir /data && chown node:node /data
COPY --from=page /polynya/packages/web/dist packages/web/dist
COPY --from=page /polynya/packages/cli/dist packages/cli/dist
USER node
ENV POLYNYA_DATA=/data POLYNYA_HOST=0.0.0.0 POLYNYA_OPS_PORT=9464
VOLUME /data
EXPOSE 8787
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:9464/readyz').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "packages/cli/dist/main.cjs"]
CMD ["serve"]
